activations.softsign = (x) => mul(x, div(1, add(1, Math.abs(x))));
