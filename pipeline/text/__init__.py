"""Vietnamese text: letters, tones, numbers; what several rooms need of the language."""
