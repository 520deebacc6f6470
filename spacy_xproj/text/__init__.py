"""Text: words and their forms, scripts, tokenizers, languages."""
