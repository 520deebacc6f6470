"""Research with this package: the comparison of encoders, pre-training, the study. The core never imports it."""
