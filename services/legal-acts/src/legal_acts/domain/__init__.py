"""The law of public comment on draft acts: values in, decision and explanation out; no input or output of its own."""
