"""The font that figures are set in, and the script that makes it."""
