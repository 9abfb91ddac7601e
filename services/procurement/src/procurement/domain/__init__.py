"""The law of procurement: values in, decision and explanation out; no input or output of its own."""
