"""An example of an evenvoice plug-in: an extractor, a sampler, a loss and a model."""
