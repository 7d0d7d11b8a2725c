"""The samplers that come with evenvoice, one small file for each method."""
