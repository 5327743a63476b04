package health

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler answers probes: /healthz with 200 while nothing is stuck and 503 when
// something is, /readyz with 200 once the bot works and reaches its database,
// /metrics for Prometheus, with what count counts and the version. The answers hold no
// secret and nobody's words.
func Handler(look func(context.Context) *Report, count func(context.Context) []Count, version string) http.Handler {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "magpie_build_info", Help: "1, with the version as a label",
		ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	registry.MustRegister(&collector{look}, newCounter(count), build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		report := look(r.Context())
		answer(w, report.OK, report)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		report := look(r.Context())
		answer(w, report.Ready, map[string]bool{"ready": report.Ready})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

func answer(w http.ResponseWriter, good bool, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if !good {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(body) // whoever asked is gone
}
