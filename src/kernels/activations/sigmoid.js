const sigmoid = (x) => div(1, add(1, exp(mul(x, -1))));

activations.sigmoid = sigmoid;
