"""What a texture is worth: `measure` gives its `figures`, from `spectra`, `threshold_error` and `tones`, those of
frames from `temporal`, of vectors from `half_spaces`; `kernels` has viewers' filters as tables, `quantization` what
becomes of a rank, `sample_spaces` the points of vectors, `importance` a picture as their density. numpy alone; imports
`spec`.
"""
