activations.hard_sigmoid3 = (x) => div(min(6, max(0, add(x, 3))), 6);
