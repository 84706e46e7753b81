"""What any texture file is worth: `texture_file` says what was read, ours or not."""
