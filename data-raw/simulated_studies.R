# Makes the simulated studies of data/: run it at the root of the package, with the package installed.

studies <- lapply(tte:::shipped_studies(), function(one) tte::simulate_study(one$design, one$seed))
for (name in names(studies)) {
  save(
    list = name, envir = list2env(studies), file = file.path("data", paste0(name, ".rda")),
    compress = "xz", version = 3
  )
}
