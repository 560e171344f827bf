activations.hard_swish = (x) => (x > 3 ? x : x < -3 ? 0 : div(mul(x, add(x, 3)), 6));
