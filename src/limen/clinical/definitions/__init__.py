"""Parse, check and freeze knowledge files: text in, frozen values out. Nothing here opens a file."""
