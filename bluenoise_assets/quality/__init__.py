"""What a texture is worth: frequencies, filters' kernels, quantisation, figures. numpy alone; imports `spec`."""
