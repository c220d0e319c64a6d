"""The command line: commands, progress, exit codes. Heavy parts are imported only by the command that needs them."""
