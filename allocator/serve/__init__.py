"""The live page: a question that is moved with sliders, and an answer that follows (``allocator explore``)."""
