"""The law of enforcement and its register: values in, decision and explanation out; no input or output of its own."""
