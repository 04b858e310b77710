"""Labels by hand over all files of a dataset, and what search makes of them."""
