activations.relu = (x) => max(0, x);
