layers.globalavgpool2d = {
    forward(layer, x, y) {
        for (let at = 0; at < y.length; at++) {
            const from = layers.globalavgpool2d.sees(layer, at).x;
            y[at] = div(from.reduce((sum, i) => add(sum, x[i]), 0), from.length);
        }
    },
    sees: ({in: [height, width, channels]}, at) => ({x: Array.from({length: height * width}, (_, i) => i * channels + at), says: 'meanOf'}),
};
