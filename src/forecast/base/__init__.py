"""What every room stands on: errors, months, files, parallel work, and both languages."""
