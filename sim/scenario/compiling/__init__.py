"""From the validated file to the frozen scenario: names become positions, and every cross-check is made."""
