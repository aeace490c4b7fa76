"""Engines that are servers of the OpenAI completions API: llama-server, vLLM and its clusters, others."""
