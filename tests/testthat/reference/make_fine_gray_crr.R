# Makes fine_gray_crr.csv: coefficients and variances of cmprsk::crr(gtol = 1e-12) for seeded random
# right-censored cases. Run in tests/testthat, with cmprsk installed:
#   Rscript reference/make_fine_gray_crr.R
source("helper-oracle.R")
source("helper-random.R")
source("helper-cif.R")
source("helper-fine_gray.R")

rows <- lapply(crr_seeds(32L), function(seed) {
  fit <- crr_answer(crr_case(seed))
  if (is.null(fit) || !fit$converged || any(abs(fit$coef) > 8)) {
    return(NULL)
  }
  data.frame(
    seed = seed, b1 = fit$coef[[1]], b2 = fit$coef[[2]], v11 = fit$var[1, 1], v12 = fit$var[1, 2],
    v22 = fit$var[2, 2]
  )
})
out <- do.call(rbind, rows)
out[-1] <- lapply(out[-1], formatC, digits = 15, format = "g", width = 1)
utils::write.csv(out, "reference/fine_gray_crr.csv", row.names = FALSE, quote = FALSE)
cat(nrow(out), "rows; cmprsk", format(utils::packageVersion("cmprsk")), "\n")
