"""The law of appeals: values in, decision and explanation out; no input or output of its own."""
