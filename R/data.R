# The simulated studies that are shipped are described in study-design-shipped.R.
