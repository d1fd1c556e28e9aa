#include <tte/cox/concordance.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent& data) {
    return tte::concordance(data, data.arrange(tte::Span<double>(d.x[0]))).std_error;
  });
}
