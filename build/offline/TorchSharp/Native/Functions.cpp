// Functions whose backward pass the caller computes.
#include "LibTorchSharp.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

namespace {

// Computes the gradients of the inputs from those of the outputs; both may be null. Returns 0, or -1 and the reason in `error`.
using Backward = int32_t (*)(void* context, at::Tensor* const* grads, int32_t grad_count, at::Tensor** results, int32_t result_count,
                             char* error, int32_t error_length);

struct CallerNode : torch::autograd::Node {
    Backward backward;
    void (*release)(void*);
    void* context;

    ~CallerNode() override { release(context); }

    std::string name() const override { return "CallerNode"; }

    torch::autograd::variable_list apply(torch::autograd::variable_list&& grads) override {
        // The caller owns what it is handed; what it returns stays its own.
        std::vector<at::Tensor*> handed, returned(num_outputs());
        for (auto& grad : grads)
            handed.push_back(wrap(grad));
        char error[1024] = {};
        if (backward(context, handed.data(), static_cast<int32_t>(handed.size()), returned.data(), static_cast<int32_t>(returned.size()), error, sizeof error) < 0)
            throw std::runtime_error(error);
        torch::autograd::variable_list results;
        for (auto result : returned)
            results.push_back(result ? *result : at::Tensor());
        return results;
    }
};

} // namespace

// Makes `outputs`, computed without recording, depend on `inputs`: writes tensors that do to `results`.
EXPORT int32_t autograd_function(at::Tensor* const* outputs, int32_t output_count, at::Tensor* const* inputs, int32_t input_count,
                                 Backward backward, void (*release)(void*), void* context, at::Tensor** results) {
    return guarded<int32_t>(-1, [&] {
        std::shared_ptr<CallerNode> node(new CallerNode(), torch::autograd::deleteNode);
        node->backward = backward;
        node->release = release;
        node->context = context;
        node->set_next_edges(torch::autograd::collect_next_edges(tensors_of(inputs, input_count)));
        for (int32_t i = 0; i < output_count; i++) {
            at::Tensor output = outputs[i]->detach();
            torch::autograd::set_history(output, node);
            results[i] = wrap(output);
        }
        return 0;
    });
}
