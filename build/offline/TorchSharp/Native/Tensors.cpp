// What is no operator: what a tensor is, its memory, indexing, gradients, devices, threads and random numbers.
#include "LibTorchSharp.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIndexing.h>
#include <ATen/core/Generator.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/autograd/autograd.h>

// A tensor.

EXPORT void tensor_free(at::Tensor* tensor) { delete tensor; }

EXPORT at::Tensor* tensor_alias(const at::Tensor* tensor) { return wrap(*tensor); }

EXPORT int64_t tensor_dim(const at::Tensor* tensor) { return tensor->dim(); }

EXPORT int64_t tensor_numel(const at::Tensor* tensor) { return tensor->numel(); }

EXPORT int64_t tensor_size(const at::Tensor* tensor, int64_t dim) {
    return guarded<int64_t>(-1, [&] { return tensor->size(dim); });
}

EXPORT int64_t tensor_stride(const at::Tensor* tensor, int64_t dim) {
    return guarded<int64_t>(INT64_MIN, [&] { return tensor->stride(dim); });
}

EXPORT int64_t tensor_storage_offset(const at::Tensor* tensor) {
    return guarded<int64_t>(-1, [&] { return tensor->storage_offset(); });
}

EXPORT int64_t tensor_element_size(const at::Tensor* tensor) { return tensor->element_size(); }

EXPORT int32_t tensor_dtype(const at::Tensor* tensor) { return static_cast<int32_t>(tensor->scalar_type()); }

EXPORT int32_t tensor_device_type(const at::Tensor* tensor) { return static_cast<int32_t>(tensor->device().type()); }

EXPORT int32_t tensor_device_index(const at::Tensor* tensor) { return tensor->device().index(); }

// Bits: 1 sparse, 2 requires a gradient, 4 leaf, 8 contiguous.
EXPORT int32_t tensor_flags(const at::Tensor* tensor) {
    return guarded<int32_t>(-1, [&] {
        bool contiguous = tensor->layout() == c10::kStrided && tensor->is_contiguous();
        return (tensor->is_sparse() ? 1 : 0) | (tensor->requires_grad() ? 2 : 0) | (tensor->is_leaf() ? 4 : 0) | (contiguous ? 8 : 0);
    });
}

EXPORT void* tensor_data(const at::Tensor* tensor) {
    return guarded<void*>(nullptr, [&] { return tensor->data_ptr(); });
}

// The only element of a tensor.
EXPORT int32_t tensor_item(const at::Tensor* tensor, Value* value) {
    return guarded<int32_t>(-1, [&] {
        c10::Scalar item = tensor->item();
        if (item.isBoolean()) {
            value->kind = Kind::Bool;
            value->integer = item.toBool();
        } else if (item.isIntegral(false)) {
            value->kind = Kind::Int;
            value->integer = item.toLong();
        } else {
            value->kind = Kind::Double;
            value->number = item.toDouble();
        }
        return 0;
    });
}

// A tensor over memory of the caller's; `release` is called with `context` when nothing uses it any more.
EXPORT at::Tensor* tensor_from_memory(void* data, const int64_t* sizes, int32_t count, int32_t dtype, void (*release)(void*), void* context) {
    return guarded<at::Tensor*>(nullptr, [&] {
        return wrap(at::from_blob(data, c10::IntArrayRef(sizes, count), [release, context](void*) { release(context); },
                                  at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype))));
    });
}

// Indexing.

static std::vector<at::indexing::TensorIndex> indices_of(const Value* indices, int32_t count) {
    using namespace at::indexing;
    std::vector<TensorIndex> list;
    list.reserve(count);
    for (int32_t i = 0; i < count; i++) {
        const Value& index = indices[i];
        switch (index.kind) {
        case Kind::Int: list.emplace_back(index.integer); break;
        case Kind::Bool: list.emplace_back(index.integer != 0); break;
        case Kind::Ellipsis: list.emplace_back(at::indexing::Ellipsis); break;
        case Kind::Tensor: list.emplace_back(*static_cast<const at::Tensor*>(index.pointer)); break;
        case Kind::Slice: {
            auto part = static_cast<const int64_t*>(index.pointer);
            list.emplace_back(at::indexing::Slice(part[0] == INT64_MIN ? 0 : part[0], part[1] == INT64_MIN ? INDEX_MAX : part[1],
                                                  part[2] == INT64_MIN ? 1 : part[2]));
            break;
        }
        default: list.emplace_back(at::indexing::None); break;
        }
    }
    return list;
}

EXPORT at::Tensor* tensor_index(const at::Tensor* tensor, const Value* indices, int32_t count) {
    return guarded<at::Tensor*>(nullptr, [&] { return wrap(tensor->index(indices_of(indices, count))); });
}

EXPORT int32_t tensor_index_put(at::Tensor* tensor, const Value* indices, int32_t count, const Value* value) {
    return guarded<int32_t>(-1, [&] {
        auto list = indices_of(indices, count);
        switch (value->kind) {
        case Kind::Tensor: tensor->index_put_(list, *static_cast<const at::Tensor*>(value->pointer)); break;
        case Kind::Double: tensor->index_put_(list, c10::Scalar(value->number)); break;
        case Kind::Bool: tensor->index_put_(list, c10::Scalar(value->integer != 0)); break;
        default: tensor->index_put_(list, c10::Scalar(value->integer)); break;
        }
        return 0;
    });
}

// Gradients.

EXPORT int32_t tensor_set_requires_grad(at::Tensor* tensor, int32_t value) {
    return guarded<int32_t>(-1, [&] { tensor->set_requires_grad(value != 0); return 0; });
}

EXPORT at::Tensor* tensor_grad(const at::Tensor* tensor) {
    return guarded<at::Tensor*>(nullptr, [&] { return wrap(tensor->grad()); });
}

EXPORT int32_t tensor_set_grad(at::Tensor* tensor, const at::Tensor* grad) {
    return guarded<int32_t>(-1, [&] {
        if (grad)
            tensor->mutable_grad() = *grad;
        else
            tensor->mutable_grad().reset();
        return 0;
    });
}

EXPORT int32_t tensor_retain_grad(const at::Tensor* tensor) {
    return guarded<int32_t>(-1, [&] { tensor->retain_grad(); return 0; });
}

EXPORT int32_t autograd_backward(at::Tensor* const* tensors, int32_t tensor_count, at::Tensor* const* grads, int32_t grad_count,
                                 int32_t retain_graph, int32_t create_graph, at::Tensor* const* inputs, int32_t input_count) {
    return guarded<int32_t>(-1, [&] {
        torch::autograd::backward(tensors_of(tensors, tensor_count), tensors_of(grads, grad_count), retain_graph != 0, create_graph != 0,
                                  tensors_of(inputs, input_count));
        return 0;
    });
}

// Writes one tensor an input to `results`.
EXPORT int32_t autograd_grad(at::Tensor* const* outputs, int32_t output_count, at::Tensor* const* inputs, int32_t input_count,
                             at::Tensor* const* grads, int32_t grad_count, int32_t retain_graph, int32_t create_graph,
                             int32_t allow_unused, at::Tensor** results) {
    return guarded<int32_t>(-1, [&] {
        auto found = torch::autograd::grad(tensors_of(outputs, output_count), tensors_of(inputs, input_count), tensors_of(grads, grad_count),
                                           retain_graph != 0, create_graph != 0, allow_unused != 0);
        for (size_t i = 0; i < found.size(); i++)
            results[i] = wrap(found[i]);
        return 0;
    });
}

EXPORT int32_t grad_mode_get() { return at::GradMode::is_enabled(); }

EXPORT void grad_mode_set(int32_t enabled) { at::GradMode::set_enabled(enabled != 0); }

EXPORT int32_t inference_mode_get() { return c10::InferenceMode::is_enabled(); }

EXPORT void* inference_mode_enter(int32_t enabled) { return new c10::InferenceMode(enabled != 0); }

EXPORT void inference_mode_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

// Devices.

// The guard of a device type is the same in every libtorch; its hooks are not.
static int32_t cuda_devices() {
    using namespace c10::impl;
    return at::hasCUDA() && hasDeviceGuardImpl(c10::DeviceType::CUDA) ? VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount() : 0;
}

EXPORT int32_t cuda_device_count() {
    return guarded<int32_t>(0, [&] { return cuda_devices(); });
}

EXPORT int32_t cuda_is_cudnn_available() {
    return guarded<int32_t>(0, [&] { return cuda_devices() > 0 && at::detail::getCUDAHooks().hasCuDNN(); });
}

EXPORT int32_t cuda_synchronize(int64_t index) {
    return guarded<int32_t>(-1, [&] {
        TORCH_CHECK(cuda_devices() > 0, "No CUDA GPUs are available");
        auto device = index < 0 ? c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).getDevice().index() : static_cast<c10::DeviceIndex>(index);
        at::detail::getCUDAHooks().deviceSynchronize(device);
        return 0;
    });
}

EXPORT int32_t cublas_allow_tf32_get() { return at::globalContext().allowTF32CuBLAS(); }

EXPORT void cublas_allow_tf32_set(int32_t value) { at::globalContext().setAllowTF32CuBLAS(value != 0); }

EXPORT int32_t cudnn_allow_tf32_get() { return at::globalContext().allowTF32CuDNN(); }

EXPORT void cudnn_allow_tf32_set(int32_t value) { at::globalContext().setAllowTF32CuDNN(value != 0); }

// Threads.

EXPORT int32_t threads_get() { return at::get_num_threads(); }

EXPORT int32_t threads_set(int32_t count) {
    return guarded<int32_t>(-1, [&] { at::set_num_threads(count); return 0; });
}

EXPORT int32_t interop_threads_get() { return at::get_num_interop_threads(); }

EXPORT int32_t interop_threads_set(int32_t count) {
    return guarded<int32_t>(-1, [&] { at::set_num_interop_threads(count); return 0; });
}

// Random numbers.

EXPORT at::Generator* generator_default() { return new at::Generator(at::globalContext().defaultGenerator(at::kCPU)); }

EXPORT at::Generator* generator_new(uint64_t seed) { return new at::Generator(at::detail::createCPUGenerator(seed)); }

// The generator of one GPU, or of all of them where `index` is negative.
EXPORT int32_t cuda_manual_seed(int64_t seed, int32_t index) {
    return guarded<int32_t>(-1, [&] {
        for (int32_t i = 0; i < cuda_devices(); i++) {
            at::Generator generator = at::globalContext().defaultGenerator(at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(i)));
            if (index < 0 || index == i)
                generator.set_current_seed(seed);
        }
        return 0;
    });
}

EXPORT int32_t cuda_current_device() {
    return guarded<int32_t>(0, [&] { return cuda_devices() > 0 ? c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).getDevice().index() : 0; });
}

EXPORT void generator_free(at::Generator* generator) { delete generator; }

EXPORT void generator_seed(at::Generator* generator, int64_t seed) { generator->set_current_seed(seed); }

EXPORT int64_t generator_initial_seed(at::Generator* generator) { return generator->current_seed(); }

EXPORT at::Tensor* generator_get_state(const at::Generator* generator) {
    return guarded<at::Tensor*>(nullptr, [&] { return wrap(generator->get_state()); });
}

EXPORT int32_t generator_set_state(at::Generator* generator, const at::Tensor* state) {
    return guarded<int32_t>(-1, [&] { generator->set_state(*state); return 0; });
}
