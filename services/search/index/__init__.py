"""What search holds of a version, by ordinal."""
