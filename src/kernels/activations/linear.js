activations.linear = (x) => x;
