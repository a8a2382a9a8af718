// Filled by the layer's first commit.
