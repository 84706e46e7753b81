"""What noise does to pictures: a gradient and a photograph, dithered by ours and by named masks, and small PNG files.

`photograph.png` is the middle of a photograph of the cat Chelsea by Stefan van der Walt, given under CC0, from
scikit-image's wheel; `void_and_cluster.png` the ranks of a mask by Ulichney's void-and-cluster, sigma 1.5.
`tests/support/report_data.py` has made both.
"""

from bluenoise_assets.report.pictures.pictures import as_srgb, dithered, gradient, photograph
from bluenoise_assets.report.pictures.png_file import data_uri, png_of
from bluenoise_assets.report.pictures.reference_masks import reference_masks

__all__ = ["as_srgb", "data_uri", "dithered", "gradient", "photograph", "png_of", "reference_masks"]
