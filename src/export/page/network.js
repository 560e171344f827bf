/* A network, from the page's data: every layer's numbers for an image. */

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/* Little-endian numbers of 24 bits; a denormal one counts as 0. */
function floatsOf(base64) {
    const view = new DataView(bytesOf(base64).buffer);
    return Float32Array.from({length: view.byteLength / 4}, (_, i) => flush(view.getFloat32(4 * i, true)));
}

/* Takes the page's data, and gives each layer its weights: views of all of them, as they lie in the model. */
function openNetwork(data, weights) {
    let from = 0;
    for (const layer of data.layers) {
        layer.weights = {};
        for (const {name, count} of layer.arrays) {
            layer.weights[name] = weights.subarray(from, from + count);
            from += count;
        }
    }
    return data;
}

/* A byte as the network sees it: pack.h. */
function pixel(byte, scale) {
    const inverse = fround(1 / 255);
    if (!scale)
        return byte;
    const q = mul(byte, inverse);
    return fma(fma(q, -255, byte), inverse, q);
}

function softmax(z) {
    const most = z.reduce((m, x) => max(x, m)), e = z.map((x) => exp(sub(x, most)));
    const sum = e.reduce((s, x) => add(s, x), 0);
    return {most, e, sum, p: e.map((x) => div(x, sum))};
}

/* Whether the answer is probabilities; else it is what the last layer puts out, of any size. */
const givesProbabilities = (network) => network.layers[network.layers.length - 1].activation === 'softmax';

/* What every layer makes of an image, {z, y} each, before and after its activation, the input first; and the answer. */
function run(network, bytes) {
    const input = Float32Array.from(bytes, (byte) => pixel(byte, network.scale)), values = [{z: input, y: input}];
    for (const layer of network.layers) {
        const z = new Float32Array(layer.out.reduce((a, b) => a * b));
        layers[layer.type].forward(layer, values[values.length - 1].y, z);
        values.push({z, y: layer.activation ? z.map(activations[layer.activation]) : z});
    }
    const last = values[values.length - 1];
    return {values, answer: givesProbabilities(network) ? softmax(last.z) : {p: last.y}};
}

/* Numbers as their bits, so that equal means equal to the last one. */
const bitsOf = (floats) => Array.from(new Uint32Array(Float32Array.from(floats).buffer), (u) => u.toString(16).padStart(8, '0')).join('');
