"""Text encoders inside of CLIP and its kin."""
