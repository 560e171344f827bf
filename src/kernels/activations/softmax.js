/* Not elementwise: network.js does what it stands for, over all classes. */
activations.softmax = (x) => x;
