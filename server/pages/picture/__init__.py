"""A result as a picture to be shared: 1200 by 630 pixels, read at 400 of them. Pages and figures are elsewhere."""
