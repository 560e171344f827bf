/* Activations, exp and log, packing, softmax and loss, optimizers: every set of kernels against the double
 * reference on a wide sweep and at the edges, and all sets against the first one to the bit. */
#define VECTOR_HEADER "kernels/vector/portable.h"
#include "kernels/body/elementwise.h"

#include "kernels/support.h"

/* The distance in units of the last place of a float of expected's size (that of 2^-126 for smaller ones). */
static double ulps(double found, double expected)
{
    if (found == expected)
        return 0;
    int exponent = -126;
    if (fabs(expected) >= 0x1p-126)
        frexp(expected, &exponent), exponent--;
    return fabs(found - expected) / ldexp(1, exponent - 23);
}

static float float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ---- exp and log ---- */

static void test_exp(void **state)
{
    (void)state;
    double worst = 0;
    for (float x = -87.3F; x < 88.3F; x += 0.0001F) {
        double error = ulps(v_exp(v_set1(x))[0], exp((double)x));
        worst = error > worst ? error : worst;
    }
    for (uint32_t bits = 0; bits < 0x42b00000; bits += 104729) { /* down to the smallest sizes */
        double error = ulps(v_exp(v_set1(-float_of_bits(bits)))[0], exp(-(double)float_of_bits(bits)));
        worst = bits < 0x42ae0000 && error > worst ? error : worst;
    }
    print_message("exp: at most %.2f ulp off\n", worst);
    assert_true(worst < 1.01);
    assert_true(v_exp(v_set1(0))[0] == 1 && v_exp(v_set1(-0.0F))[0] == 1);
    assert_true(v_exp(v_set1(88.4F))[0] == INFINITY && v_exp(v_set1(INFINITY))[0] == INFINITY);
    assert_true(v_exp(v_set1(-87.8F))[0] == 0 && v_exp(v_set1(-INFINITY))[0] == 0);
    assert_true(v_exp(v_set1(3e38F))[0] == INFINITY && v_exp(v_set1(-3e38F))[0] == 0);
    assert_true(isnan(v_exp(v_set1(NAN))[0]));
}

static void test_log(void **state)
{
    (void)state;
    double worst = 0;
    for (uint32_t bits = 1; bits < 0x7f800000; bits += 9973) {
        float x = float_of_bits(bits);
        double error = ulps(v_log(v_set1(x))[0], log((double)x));
        worst = error > worst ? error : worst;
    }
    for (float x = 0.5F; x < 2; x += 0x1p-20F) {
        double error = ulps(v_log(v_set1(x))[0], log((double)x));
        worst = error > worst ? error : worst;
    }
    print_message("log: at most %.2f ulp off\n", worst);
    assert_true(worst < 2);
    assert_true(v_log(v_set1(1))[0] == 0);
    assert_true(v_log(v_set1(0))[0] == -INFINITY && v_log(v_set1(INFINITY))[0] == INFINITY);
    assert_true(isnan(v_log(v_set1(-1))[0]) && isnan(v_log(v_set1(NAN))[0]));
}

/* Every 499th float of a range; all of them where CNN_EVERY_FLOAT is set. */
static double worst_over(v (*ours)(v x), double (*right)(double x), uint32_t from, uint32_t to)
{
    const uint32_t apart = getenv("CNN_EVERY_FLOAT") ? 1 : 499;
    double worst = 0;
    for (uint32_t bits = from; bits < to; bits += apart) {
        const float x = float_of_bits(bits);
        const double error = ulps((double)ours(v_set1(x))[0], right((double)x));
        worst = error > worst ? error : worst;
    }
    return worst;
}

static v erf_of(v x)
{
    return v_erf(x);
}

static v log1p_of(v x)
{
    return v_log1p(x);
}

/* From the smallest float that is not denormal to 4, and to 1. */
static void test_erf_and_log1p(void **state)
{
    (void)state;
    const double erf_worst = worst_over(erf_of, erf, 0x00800000, 0x40900000),
                 log1p_worst = worst_over(log1p_of, log1p, 0x00800000, 0x3f800001);
    print_message("erf: at most %.2f ulp off, log1p: %.2f\n", erf_worst, log1p_worst);
    assert_true(erf_worst < 2);
    assert_true(log1p_worst < 2);
    assert_true(v_erf(v_set1(0))[0] == 0 && v_erf(v_set1(INFINITY))[0] == 1 && v_erf(v_set1(-9))[0] == -1);
    assert_true(v_erf(v_set1(-0.5F))[0] == -v_erf(v_set1(0.5F))[0] && isnan(v_erf(v_set1(NAN))[0]));
    assert_true(v_log1p(v_set1(0))[0] == 0 && isnan(v_log1p(v_set1(NAN))[0]));
}

/* ---- activations ---- */

/* Below 0 gelu is as good as 1 + erf, which loses digits as it nears 0. */
static bool is_close(enum activation a, float z, double found, double expected)
{
    const bool difference = a == ACTIVATION_gelu && z < 0 && fabs(found - expected) < 3e-7 * fabs((double)z);
    return ulps(found, expected) < 4 || fabs(found - expected) < 1e-36 || difference;
}

#define ACTIVATION_NAME(name, formula) #name,
static const char *const names[] = {ACTIVATIONS(ACTIVATION_NAME)};

/* y and d of n numbers z: a dense layer of one input 1 and n outputs, whose weights they are. */
static void activation_of(const struct kernels *k, enum activation a, const float *z, size_t n, float *y,
                          float *d)
{
    float x[LANES];
    float *zeros = calloc(n, sizeof *zeros);
    assert_non_null(zeros);
    for (size_t i = 0; i < LANES; i++)
        x[i] = 1;
    k->dense_forward(&(struct dense_shape){1, n}, a, x, z, zeros, y, d);
    free(zeros);
}

enum { N_SWEEP = 40000 };

static void fill_sweep(float *z)
{
    for (size_t i = 0; i < N_SWEEP; i++) /* all sizes of both signs up to 2^100, and -50 .. 50 densely */
        z[i] =
            i % 2
                ? ((float)i / N_SWEEP - 0.5F) * 100
                : float_of_bits((i % 4 ? 0x80000000 : 0) + (uint32_t)(i / 4 * 0x71800000ULL / (N_SWEEP / 4)));
}

static void test_activations(void **state)
{
    (void)state;
    struct guarded held[3];
    float *z = guarded_floats(&held[0], N_SWEEP), *y = guarded_floats(&held[1], N_SWEEP * LANES);
    float *d = guarded_floats(&held[2], N_SWEEP * LANES), *first = calloc(2 * N_SWEEP, sizeof *first);
    assert_non_null(first);
    fill_sweep(z);
    for (enum activation a = 0; a < N_ACTIVATIONS; a++) {
        const struct reference_activation *reference = reference_activation(a);
        for (size_t s = 0; kernels_available(s); s++) {
            activation_of(kernels_available(s), a, z, N_SWEEP, y, d);
            for (size_t i = 0; i < N_SWEEP; i++) {
                float now[2] = {y[i * LANES], d[i * LANES]};
                double f = reference->f((double)z[i]), slope = reference->derivative((double)z[i]);
                if (s == 0) {
                    if (!is_close(a, z[i], (double)now[0], f))
                        fail_msg("%s at %a: %a, expected %a", names[a], (double)z[i], (double)now[0], f);
                    if (!(fabs((double)now[1] - slope) < 2e-6))
                        fail_msg("derivative of %s at %a: %a, expected %a", names[a], (double)z[i],
                                 (double)now[1], slope);
                    memcpy(first + 2 * i, now, sizeof now);
                }
                assert_memory_equal(first + 2 * i, now, sizeof now);
                assert_memory_equal(&y[i * LANES], &y[i * LANES + LANES - 1], sizeof *y);
            }
            float *without = d;
            activation_of(kernels_available(s), a, z, N_SWEEP, without, NULL);
            assert_memory_equal(without, y, N_SWEEP * LANES * sizeof *y);
        }
    }
    free(first);
    for (size_t i = 0; i < 3; i++)
        guarded_free(held[i]);
}

static void test_activations_at_the_edges(void **state)
{
    (void)state;
    const float z[] = {0, -0.0F, INFINITY, -INFINITY, 3e38F, -3e38F, NAN};
    const struct {
        enum activation a;
        double y[6], d[6];
    } rows[] = {
        {ACTIVATION_swish, {0, 0, INFINITY, 0, 3e38F, 0}, {0.5, 0.5, 1, 0, 1, 0}},
        {ACTIVATION_relu, {0, 0, INFINITY, 0, 3e38F, 0}, {0, 0, 1, 0, 1, 0}},
        {ACTIVATION_tanh, {0, 0, 1, -1, 1, -1}, {1, 1, 0, 0, 0, 0}},
        {ACTIVATION_leaky_relu,
         {0, 0, INFINITY, -INFINITY, 3e38F, 0.2F * -3e38F},
         {0.2F, 0.2F, 1, 0.2F, 1, 0.2F}},
        {ACTIVATION_elu, {0, 0, INFINITY, -1, 3e38F, -1}, {1, 1, 1, 0, 1, 0}},
        {ACTIVATION_gelu, {0, 0, INFINITY, 0, 3e38F, 0}, {0.5, 0.5, 1, 0, 1, 0}},
        {ACTIVATION_hard_swish, {0, 0, INFINITY, 0, 3e38F, 0}, {0.5, 0.5, 1, 0, 1, 0}},
        {ACTIVATION_hard_sigmoid, {0.5, 0.5, 1, 0, 1, 0}, {0.2F, 0.2F, 0, 0, 0, 0}},
        {ACTIVATION_hard_sigmoid3, {0.5, 0.5, 1, 0, 1, 0}, {1.0F / 6, 1.0F / 6, 0, 0, 0, 0}},
        {ACTIVATION_sigmoid, {0.5, 0.5, 1, 0, 1, 0}, {0.25, 0.25, 0, 0, 0, 0}},
    };
    for (size_t s = 0; kernels_available(s); s++)
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            float y[7 * LANES], d[7 * LANES];
            activation_of(kernels_available(s), rows[r].a, z, 7, y, d);
            for (size_t i = 0; i < 6; i++) {
                assert_true((double)y[i * LANES] == rows[r].y[i]);
                assert_true((double)d[i * LANES] == rows[r].d[i]);
            }
            assert_true(isnan(y[6 * LANES]));
        }
}

/* ---- pack ---- */

static void test_pack(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 4, 5, 63, 64, 65, 255, 257, 784, 3072};
    struct random random = random_stream(3, 3);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t n_valid = 0; n_valid <= LANES; n_valid++) {
            size_t n = sizes[i];
            struct guarded images[LANES], held;
            const uint8_t *pointers[LANES];
            for (size_t lane = 0; lane < n_valid; lane++) {
                images[lane] = guarded_alloc(n);
                uint8_t *image = images[lane].data;
                for (size_t k = 0; k < n; k++) /* all bytes in turn in the larger images */
                    image[k] = (uint8_t)(n > 255 ? k + lane : random_u64(&random));
                pointers[lane] = image;
            }
            float *x = guarded_floats(&held, n * LANES);
            for (size_t s = 0; kernels_available(s); s++)
                for (int scale = 0; scale < 2; scale++) {
                    kernels_available(s)->pack(pointers, n_valid, n, scale, x);
                    for (size_t k = 0; k < n * LANES; k++) {
                        float byte = k % LANES < n_valid ? (float)pointers[k % LANES][k / LANES] : 0;
                        assert_true(x[k] == (scale ? byte / 255 : byte));
                    }
                }
            guarded_free(held);
            for (size_t lane = 0; lane < n_valid; lane++)
                guarded_free(images[lane]);
        }
}

/* ---- softmax and loss ---- */

struct loss_case;

typedef void loss_kernel(const struct kernels *k, const struct loss_case *c, const float *z, float *dz,
                         float *loss, uint8_t *correct);

struct loss_case {
    loss_kernel *kernel;
    reference_loss *reference;
    size_t classes, n_valid;
    float smoothing;
    uint8_t labels[LANES];
    float inverse_batch;
    float *z, *dz, *p;
    float loss[LANES];
    uint8_t correct[LANES];
};

static void check_loss(const struct loss_case *c)
{
    double *z = doubles(c->classes), *dz = doubles(c->classes), *p = doubles(c->classes);
    for (size_t lane = 0; lane < LANES; lane++) {
        take_lane(c->z, c->classes, lane, z);
        reference_softmax(c->classes, z, p);
        for (size_t i = 0; i < c->classes; i++)
            assert_true(fabs((double)c->p[i * LANES + lane] - p[i]) < 1e-6);
        if (lane >= c->n_valid) {
            assert_true(c->loss[lane] == 0 && c->correct[lane] == 0);
            for (size_t i = 0; i < c->classes; i++)
                assert_true(c->dz[i * LANES + lane] == 0);
            continue;
        }
        size_t best = 0, label = c->labels[lane];
        for (size_t i = 1; i < c->classes; i++)
            best = z[i] > z[best] ? i : best;
        double loss = c->reference(c->classes, z, label, (double)c->smoothing, dz);
        assert_true(fabs((double)c->loss[lane] - loss) < 1e-6 * (1 + fabs(loss)));
        assert_int_equal(c->correct[lane], best == label);
        for (size_t i = 0; i < c->classes; i++)
            assert_true(fabs((double)c->dz[i * LANES + lane] - dz[i] * (double)c->inverse_batch) < 1e-6);
    }
    free(z);
    free(dz);
    free(p);
}

static void cross_entropy(const struct kernels *k, const struct loss_case *c, const float *z, float *dz,
                          float *loss, uint8_t *correct)
{
    k->softmax_cross_entropy(c->classes, c->labels, c->n_valid, c->smoothing, c->inverse_batch, z, dz, loss,
                             correct);
}

static void squared_error(const struct kernels *k, const struct loss_case *c, const float *z, float *dz,
                          float *loss, uint8_t *correct)
{
    k->softmax_squared_error(c->classes, c->labels, c->n_valid, c->inverse_batch, z, dz, loss, correct);
}

/* Outputs whose slope is 1: the gradient by z is that by y. */
static void output_error(const struct kernels *k, const struct loss_case *c, const float *z, float *dz,
                         float *loss, uint8_t *correct)
{
    float y[256 * LANES];
    memcpy(y, z, c->classes * LANES * sizeof *y);
    for (size_t i = 0; dz && i < c->classes * LANES; i++)
        dz[i] = 1;
    k->squared_error(c->classes, c->labels, c->n_valid, c->inverse_batch, y, dz, loss, correct);
}

static void check_losses(loss_kernel *kernel, reference_loss *reference, float smoothing)
{
    static const size_t classes[] = {1, 2, 3, 10, 17, 256};
    struct random random = random_stream(4, 4);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        for (size_t n_valid = 1; n_valid <= LANES; n_valid++) {
            struct guarded held[4];
            size_t n = classes[i] * LANES;
            struct loss_case c = {.classes = classes[i],
                                  .n_valid = n_valid,
                                  .inverse_batch = 1.0F / 32,
                                  .kernel = kernel,
                                  .reference = reference,
                                  .smoothing = smoothing};
            c.z = guarded_floats(&held[0], n), c.dz = guarded_floats(&held[1], n),
            c.p = guarded_floats(&held[2], n);
            float *first = guarded_floats(&held[3], n);
            for (size_t k = 0; k < n; k++) /* coarse, so that there are ties */
                c.z[k] = (float)((int)random_below(&random, 9) - 4) * (n_valid % 3 == 0   ? 100
                                                                       : n_valid % 3 == 1 ? 1
                                                                                          : 0);
            for (size_t lane = 0; lane < LANES; lane++)
                c.labels[lane] = (uint8_t)random_below(&random, (uint32_t)classes[i]);
            for (size_t s = 0; kernels_available(s); s++) {
                const struct kernels *k = kernels_available(s);
                k->softmax(c.classes, c.z, c.p);
                kernel(k, &c, c.z, c.dz, c.loss, c.correct);
                check_loss(&c);
                if (s == 0)
                    memcpy(first, c.dz, n * sizeof *first);
                assert_memory_equal(first, c.dz, n * sizeof *first);
                float loss[LANES]; /* without dz, and in place */
                kernel(k, &c, c.z, NULL, loss, c.correct);
                assert_memory_equal(loss, c.loss, sizeof loss);
                memcpy(c.dz, c.z, n * sizeof *c.z);
                kernel(k, &c, c.dz, c.dz, loss, c.correct);
                assert_memory_equal(first, c.dz, n * sizeof *first);
            }
            for (size_t k = 0; k < 4; k++)
                guarded_free(held[k]);
        }
}

static void test_loss(void **state)
{
    (void)state;
    check_losses(cross_entropy, reference_cross_entropy, 0);
    check_losses(cross_entropy, reference_cross_entropy, 0.1F);
    check_losses(cross_entropy, reference_cross_entropy, 0.9F);
    check_losses(squared_error, reference_squared_error, 0);
    check_losses(output_error, reference_output_error, 0);
}

/* The slope of an output multiplies its gradient, and only where there is a sample. */
static void test_slope_of_outputs(void **state)
{
    (void)state;
    enum { CLASSES = 3, N_VALID = 5 };
    for (size_t s = 0; kernels_available(s); s++) {
        float y[CLASSES * LANES], dz[CLASSES * LANES], loss[LANES];
        uint8_t labels[LANES] = {0, 1, 2, 0, 1}, correct[LANES];
        for (size_t i = 0; i < CLASSES * LANES; i++)
            y[i] = (float)(i % 7) / 4, dz[i] = i % LANES < N_VALID ? (float)(i % 5) - 2 : NAN;
        kernels_available(s)->squared_error(CLASSES, labels, N_VALID, 0.5F, y, dz, loss, correct);
        for (size_t i = 0; i < CLASSES * LANES; i++) {
            const size_t lane = i % LANES;
            const double distance = (double)y[i] - (labels[lane] == i / LANES), slope = (double)(i % 5) - 2,
                         expected = lane < N_VALID ? distance * slope * 2 / CLASSES * 0.5 : 0;
            assert_true(fabs((double)dz[i] - expected) < 1e-6);
        }
    }
}

/* A logit that is not a number, or infinitely large, makes the loss NaN wherever it stands; an output makes
 * it one that is not finite. */
static void test_loss_of_nan(void **state)
{
    (void)state;
    static const float bad[] = {NAN, INFINITY};
    for (size_t s = 0; kernels_available(s); s++)
        for (size_t b = 0; b < 2; b++)
            for (size_t at = 0; at < 3; at++)
                for (uint8_t label = 0; label < 3; label++) {
                    float z[3 * LANES] = {0}, loss[LANES];
                    uint8_t labels[LANES], correct[LANES];
                    memset(labels, label, sizeof labels);
                    z[at * LANES + 5] = bad[b];
                    for (int mse = 0; mse < 3; mse++) {
                        float dz[3 * LANES] = {0};
                        if (mse == 2) /* of outputs */
                            kernels_available(s)->squared_error(3, labels, LANES, 1, z, dz, loss, correct);
                        else if (mse)
                            kernels_available(s)->softmax_squared_error(3, labels, LANES, 1, z, dz, loss,
                                                                        correct);
                        else
                            kernels_available(s)->softmax_cross_entropy(3, labels, LANES, 0, 1, z, dz, loss,
                                                                        correct);
                        for (size_t lane = 0; lane < LANES; lane++)
                            assert_int_equal(mse == 2 ? !isfinite(loss[lane]) : isnan(loss[lane]) != 0,
                                             lane == 5);
                    }
                }
}

/* ---- optimizers ---- */

enum { STEPS = 5 };
static const double tiny = 0x1p-100; /* slots below this are 0 */

static void check_optimizer(enum optimizer o, struct update u, size_t n)
{
    struct guarded held[4];
    float *at[4], *first = calloc(4 * n, sizeof *first);
    assert_non_null(first);
    for (size_t s = 0; kernels_available(s); s++) {
        for (size_t i = 0; i < 4; i++)
            at[i] = guarded_floats(&held[i], n);
        struct random random = random_stream(5, n);
        fill_floats(&random, FILL_ORDINARY, at[1], n);
        /* the sizes: the same steps, all upwards */
        double *w = doubles_of(at[1], n), *slots = doubles(2 * n);
        double *size = absolute(w, n), *sizes = doubles(2 * n);
        memset(at[2], 0, n * sizeof(float));
        memset(at[3], 0, n * sizeof(float));
        struct reference_update r = {u.learning_rate,       u.decay,    u.second_decay, u.epsilon,
                                     u.epsilon_inside_root, u.nesterov, u.weight_decay};
        for (int step = 0; step < STEPS; step++) {
            fill_floats(&random, FILL_EXTREME, at[0], n);
            kernels_available(s)->update[o](&u, n, at[0], at[1], at[2], at[3]);
            for (size_t i = 0; i < n; i++) {
                double g = at[0][i];
                reference_update(o)(&r, g, &w[i], &slots[2 * i], &slots[2 * i + 1]);
                reference_update(o)(&r, -fabs(g), &size[i], &sizes[2 * i], &sizes[2 * i + 1]);
            }
        }
        for (size_t i = 0; i < n; i++) {
            assert_true(fabs((double)at[1][i] - w[i]) <= 1e-6 * size[i]);
            for (size_t k = 0; k < 2; k++) {
                double slot = at[2 + k][i];
                assert_true(fabs(slot - slots[2 * i + k]) <= 1e-6 * fabs(sizes[2 * i + k]) + STEPS * tiny);
                assert_true(slot == 0 || fabs(slot) >= tiny); /* above all, no denormal number */
            }
            for (size_t k = 1; k < 4; k++) {
                if (s == 0)
                    first[4 * i + k] = at[k][i];
                assert_memory_equal(&first[4 * i + k], &at[k][i], sizeof(float));
            }
        }
        free(size);
        free(sizes);
        free(w);
        free(slots);
        for (size_t i = 0; i < 4; i++)
            guarded_free(held[i]);
    }
    free(first);
}

static void test_optimizers(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3, 7, 8, 15, 16, 17, 31, 100, 1000};
    for (enum optimizer o = 0; o < N_OPTIMIZERS; o++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (int variant = 0; variant < 3; variant++) {
                assert_non_null(reference_update(o));
                struct update u = {0.001F,       variant ? 0.9F : 0,     0.999F, 1e-7F, variant == 1,
                                   variant == 2, 0.001F * (float)variant};
                check_optimizer(o, u, sizes[i]);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_erf_and_log1p),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_activations_at_the_edges),
        cmocka_unit_test(test_pack),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_slope_of_outputs),
        cmocka_unit_test(test_loss_of_nan),
        cmocka_unit_test(test_optimizers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
