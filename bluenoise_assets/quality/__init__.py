"""What a texture is worth: `measure` gives its `figures`, from `spectra` and `threshold_error`; `kernels` has viewers'
filters as tables, `quantization` what becomes of a rank. numpy alone; imports `spec`.
"""
