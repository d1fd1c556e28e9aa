// Three steps of Newton and the sandwich variance with its censoring term: as many steps whatever the data.
#include <tte/competing/fine_gray.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    tte::FineGrayOptions options;
    options.newton = {3, 0};
    return tte::fine_gray({d.columns(), {}, d.covariates(), {}}, {}, options).loglik;
  });
}
