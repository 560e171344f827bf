activations.leaky_relu = (x) => (x > 0 ? x : mul(x, fround(0.2)));
