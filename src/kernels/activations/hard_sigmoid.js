activations.hard_sigmoid = (x) => min(1, max(0, fma(fround(0.2), x, 0.5)));
