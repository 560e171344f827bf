activations.swish = (x) => {
    const fromBelow = max(-89, x);
    return mul(fromBelow, sigmoid(fromBelow));
};
