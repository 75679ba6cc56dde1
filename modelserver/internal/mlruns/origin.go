package mlruns

type origin struct{}
