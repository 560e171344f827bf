/* The reference itself: its gradients against finite differences, over the whole tables. A gradient that is
 * zero throughout fails too: nothing would have been checked. */
#include "kernels/support.h"

/* A loss that depends on every output: sum of output[i] * (i % 7 + 1) / 7. */
static double loss_weight(size_t i)
{
    return (double)(i % 7 + 1) / 7;
}

static double weighted(const double *z, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += z[i] * loss_weight(i);
    return sum;
}

static double *random_doubles(struct random *random, size_t n)
{
    double *x = doubles(n);
    for (size_t i = 0; i < n; i++)
        x[i] = 2 * random_double(random) - 1;
    return x;
}

/* Compares gradient [n] with differences of loss when x is moved. */
static void check_gradient(double (*loss)(void *context), void *context, double *x, size_t n,
                           const double *gradient)
{
    const double h = 1e-5;
    double size = 0;
    for (size_t i = 0; i < n; i++) {
        double was = x[i];
        x[i] = was + h;
        double above = loss(context);
        x[i] = was - h;
        double below = loss(context);
        x[i] = was;
        double expected = (above - below) / (2 * h);
        if (!(fabs(gradient[i] - expected) < 1e-7 * (1 + fabs(expected))))
            fail_msg("gradient[%zu] is %.9g, differences say %.9g", i, gradient[i], expected);
        size += fabs(gradient[i]);
    }
    assert_true(size > 1e-3);
}

/* ---- layers ---- */

struct layer {
    const struct conv2d_shape *conv2d;
    const struct dense_shape *dense;
    size_t n_x, n_w, n_b, n_z;
    double *x, *w, *b, *z;
};

static double layer_loss(void *context)
{
    struct layer *l = context;
    if (l->conv2d)
        reference_conv2d_forward(l->conv2d, l->x, l->w, l->b, l->z);
    else
        reference_dense_forward(l->dense, l->x, l->w, l->b, l->z);
    return weighted(l->z, l->n_z);
}

static void check_layer(struct layer l)
{
    struct random random = random_stream(6, l.n_w);
    l.x = random_doubles(&random, l.n_x), l.w = random_doubles(&random, l.n_w);
    l.b = random_doubles(&random, l.n_b), l.z = doubles(l.n_z);
    double *dz = doubles(l.n_z), *dx = doubles(l.n_x), *dw = doubles(l.n_w), *db = doubles(l.n_b);
    for (size_t i = 0; i < l.n_z; i++)
        dz[i] = loss_weight(i);
    if (l.conv2d) {
        reference_conv2d_backward(l.conv2d, dz, l.w, dx);
        reference_conv2d_gradient(l.conv2d, l.x, dz, dw, db);
    } else {
        reference_dense_backward(l.dense, dz, l.w, dx);
        reference_dense_gradient(l.dense, l.x, dz, dw, db);
    }
    check_gradient(layer_loss, &l, l.x, l.n_x, dx);
    check_gradient(layer_loss, &l, l.w, l.n_w, dw);
    check_gradient(layer_loss, &l, l.b, l.n_b, db);
    double *all[] = {l.x, l.w, l.b, l.z, dz, dx, dw, db};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void test_conv2d(void **state)
{
    (void)state;
    static const struct conv2d_shape shapes[] = {{7, 6, 1, 5, 5, 3, 1, 1, 0, 0, 0, 0},
                                                 {6, 5, 3, 2, 4, 4, 2, 1, 0, 0, 0, 0},
                                                 {3, 3, 2, 3, 3, 2, 1, 3, 0, 0, 0, 0}};
    for (size_t i = 0; i < 2 * (sizeof shapes / sizeof *shapes); i++) {
        const struct conv2d_shape placed = conv2d_place(shapes[i / 2], i % 2), *s = &placed;
        check_layer((struct layer){
            .conv2d = s,
            .n_x = s->in_h * s->in_w * s->in_c,
            .n_w = s->kernel_h * s->kernel_w * s->in_c * s->filters,
            .n_b = s->filters,
            .n_z = s->out_h * s->out_w * s->filters,
        });
    }
}

/* Cross-correlation, not convolution: the kernel is not flipped, and lies as (kh, kw, in, out). */
static void test_conv2d_by_hand(void **state)
{
    (void)state;
    const double x[6] = {1, 2, 3, 4, 5, 6}, w[4] = {1, 10, 100, 1000}, b[1] = {0.5};
    double z[2];
    reference_conv2d_forward(&(struct conv2d_shape){2, 3, 1, 2, 2, 1, 1, 1, 1, 2, 0, 0}, x, w, b, z);
    assert_true(z[0] == 5421.5 && z[1] == 6532.5);
}

static void test_dense(void **state)
{
    (void)state;
    const struct dense_shape s = {7, 5};
    check_layer((struct layer){.dense = &s, .n_x = 7, .n_w = 35, .n_b = 5, .n_z = 5});
}

/* ---- activations ---- */

struct activated {
    const struct reference_activation *activation;
    double z[40];
};

static double activated_loss(void *context)
{
    struct activated *a = context;
    double sum = 0;
    for (size_t i = 0; i < 40; i++)
        sum += a->activation->f(a->z[i]) * loss_weight(i);
    return sum;
}

static void test_activations(void **state)
{
    (void)state;
    for (enum activation i = 0; i < N_ACTIVATIONS; i++) {
        struct activated a = {.activation = reference_activation(i)};
        double d[40];
        for (size_t k = 0; k < 40; k++) {
            a.z[k] = ((double)k - 19.5) * 0.3;
            d[k] = a.activation->derivative(a.z[k]) * loss_weight(k);
        }
        check_gradient(activated_loss, &a, a.z, 40, d);
    }
}

/* ---- loss ---- */

struct logits {
    reference_loss *loss;
    double smoothing, z[10];
    size_t label;
};

static double loss_of(void *context)
{
    struct logits *l = context;
    return l->loss(10, l->z, l->label, l->smoothing, NULL);
}

static void check_loss(reference_loss *loss, double smoothing)
{
    struct random random = random_stream(7, 7);
    for (size_t label = 0; label < 10; label++) {
        struct logits l = {.loss = loss, .smoothing = smoothing, .label = label};
        double dz[10];
        for (size_t i = 0; i < 10; i++)
            l.z[i] = 6 * random_double(&random) - 3;
        loss(10, l.z, label, smoothing, dz);
        check_gradient(loss_of, &l, l.z, 10, dz);
    }
}

static void test_losses(void **state)
{
    (void)state;
    check_loss(reference_cross_entropy, 0);
    check_loss(reference_cross_entropy, 0.3);
    check_loss(reference_squared_error, 0);
}

static void test_optimizers_descend(void **state)
{
    (void)state;
    for (enum optimizer o = 0; o < N_OPTIMIZERS; o++) {
        const struct reference_update u = {0.01, 0.9, 0.999, 1e-7, false, false, 0};
        double w = 1, slots[2] = {0, 0};
        assert_non_null(reference_update(o));
        for (int step = 0; step < 200; step++) /* of w^2 */
            reference_update(o)(&u, 2 * w, &w, &slots[0], &slots[1]);
        assert_true(fabs(w) < 0.3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d), cmocka_unit_test(test_conv2d_by_hand),
        cmocka_unit_test(test_dense),  cmocka_unit_test(test_activations),
        cmocka_unit_test(test_losses), cmocka_unit_test(test_optimizers_descend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
