/* layer.rows: where the shards of the sum begin, and their end. One shard goes on from the bias; of several each is a
 * sum of its own, and these are added to the bias in order. */
layers.dense = {
    forward(layer, x, y) {
        const {rows, weights: {kernel, bias}} = layer, n = y.length, whole = rows.length === 2;
        const sum = whole ? y : new Float32Array(n);
        y.set(bias);
        for (let shard = 0; shard + 1 < rows.length; shard++) {
            if (!whole)
                sum.fill(0);
            for (let i = rows[shard]; i < rows[shard + 1]; i++)
                for (let o = 0, w = i * n; o < n; o++, w++)
                    sum[o] = fma(x[i], kernel[w], sum[o]);
            for (let o = 0; o < n && !whole; o++)
                y[o] = add(y[o], sum[o]);
        }
    },
    sees({rows, out: [n]}, at) {
        const x = Array.from({length: rows[rows.length - 1]}, (_, i) => i);
        return {x, w: x.map((i) => i * n + at), parts: rows.slice(0, -1), bias: at};
    },
};
