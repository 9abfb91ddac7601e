"""The offline checker: whether a receipt or a checkpoint is what a journal once said, by mathematics alone."""
