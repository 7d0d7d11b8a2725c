"""An example of an evenvoice plug-in: a corpus, an extractor, a shape, a sampler, a loss and a model."""
